import { useEffect, useState } from 'react';
import { describe, type Parcel } from '../lib/status';

type ParcelCardProps = { number: string; onGone: (number: string) => void };

/** One parcel, with the carrier's note. */
export function ParcelCard({ number, onGone }: ParcelCardProps) {
  const [parcel, setParcel] = useState<Parcel | null>(null);
  useEffect(() => {
    fetch(`/parcels/${number}`)
      .then((answer) => (answer.ok ? answer.json() : null))
      .then((found) => (found ? setParcel(found) : onGone(number)));
  }, [number]);
  if (!parcel) return <p>Looking for it…</p>;
  return (
    <article>
      <h2>{describe(parcel)}</h2>
      <div dangerouslySetInnerHTML={{ __html: parcel.note ?? '' }} />
      <a href={`https://carrier.example/${number}`} target="_blank">
        Don't wait, ask the carrier
      </a>
    </article>
  );
}
