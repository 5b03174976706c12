import { expect, test } from 'vitest';
import { branchOf } from './branch';

test('a branch is named after its task', () => {
  expect(branchOf({ key: 'CHK-6', title: 'Sign webhooks (RFC 9421): días & nights' })).toBe(
    'chk-6-sign-webhooks-rfc-9421-dias-nights',
  );
  expect(branchOf({ key: 'CHK-7', title: '…' })).toBe('chk-7');
  expect(branchOf({ key: 'CHK-8', title: 'very '.repeat(40) }).length).toBeLessThanOrEqual(60);
});
