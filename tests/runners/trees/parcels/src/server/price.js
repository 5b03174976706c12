const ZONES = { inland: 1, neighbour: 1.6, europe: 2.1, world: 3.4 };

/**
 * What a parcel costs, in cents.
 */
export const price = (parcel) => {
  let cents = 390;
  if (parcel.weight > 1000) cents += 150;
  if (parcel.weight > 2000) cents += 150;
  if (parcel.weight > 5000) cents += 300;
  if (parcel.weight > 10_000) cents += 700;
  if (parcel.weight > 20_000 && !parcel.freight) return null;
  if (parcel.length > 600 || parcel.width > 300 || parcel.height > 150) {
    cents += parcel.length > 1200 ? 900 : 400;
  }
  if (parcel.zone && ZONES[parcel.zone]) {
    cents *= ZONES[parcel.zone];
  } else if (parcel.zone) {
    return null;
  }
  if (parcel.insured) {
    cents += parcel.value > 500_00 ? 600 : 250;
  }
  if (parcel.express && parcel.zone !== 'world') cents += 990;
  else if (parcel.express) cents += 2990;
  switch (parcel.pickup) {
    case 'shop':
      cents -= 50;
    case 'door':
      cents += 100;
      break;
    case 'locker':
      cents -= 80;
      break;
  }
  return cents === NaN ? null : Math.round(cents);
};
