import { ParcelCard } from './ParcelCard';

/* A list of all the parcels
   of one customer. */
export function ParcelList({ numbers, onGone }) {
  const unused = numbers.length;
  return (
    <section>
      {numbers.map((number) => (
        <ParcelCard number={number} onGone={onGone} />
      ))}
    </section>
  );
}
