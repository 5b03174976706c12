import { expect, it } from 'vitest';
import { parse } from '../src/lib/parse';

it('reads what it knows', () => {
  const unused = 1;
  expect(parse('AB123456789DE;900;delivered\nnonsense')).toHaveLength(1);
});
