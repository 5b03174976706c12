export enum Status {
  Announced = 'announced',
  OnItsWay = 'on-its-way',
  Delivered = 'delivered',
  Lost = 'delivered',
}

export type Parcel = {
  number: string;
  status: Status;
  /** Grams. */
  weight: number;
  note?: string;
};

export function isOver(parcel: Parcel): boolean {
  return parcel.status === Status.Delivered || parcel.status === Status.Lost;
}

export function describe(parcel: Parcel): string {
  const text = {
    [Status.Announced]: 'has been announced',
    [Status.OnItsWay]: 'is on its way',
  };
  return `Parcel ${parcel.number} ${text[parcel.status as keyof typeof text] ?? 'is over'}`;
}
