/** Parcels by their number; a real one would be a database. */
export const parcels = new Map();

export function add(parcel) {
  const { number, weight } = parcel;
  if (parcels.has(number)) {
    throw 'There is a parcel of this number already.';
  }
  parcels.set(number, parcel);
  return parcel;
}

export function heaviest() {
  let most = null;
  for (const parcel of parcels.values()) {
    if (most === null || parcel.weight > most.weight) most = parcel;
  }
  return most;
}
