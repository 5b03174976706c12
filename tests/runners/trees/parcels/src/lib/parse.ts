import { Status, type Parcel } from './status';

const LINE = /^(?<number>[A-Z]{2}\d{9}[A-Z]{2});(?<weight>\d+);(?<status>[a-z-]+)$/u;

/** Reads one line of a carrier's file. */
export function parseLine(line: string): Parcel | null {
  const found = LINE.exec(line.trim());
  if (!found?.groups) return null;
  const { number, weight, status } = found.groups as Record<string, string>;
  if (!Object.values(Status).includes(status as Status)) return null;
  return { number: number!, weight: Number(weight), status: status as Status };
}

export function parse(text: string): Parcel[] {
  return text
    .split('\n')
    .map(parseLine)
    .filter((parcel): parcel is Parcel => parcel !== null);
}
