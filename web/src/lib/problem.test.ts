import { describe, expect, it } from 'vitest';
import { fromAnswer, problem } from './problem';

const body = {
  error: {
    code: 'VALIDATION_ERROR',
    message: 'Some fields are wrong.',
    details: {
      request_id: 'r-1',
      fields: [{ field: 'body.email', type: 'value_error', message: 'write name@host' }],
    },
  },
};

describe('a refusal', () => {
  it('keeps code, sentence, request id and the wrong fields by name', () => {
    const refused = fromAnswer(body, new Response(null, { status: 422 }));
    expect(refused).toMatchObject({ status: 422, code: 'VALIDATION_ERROR', requestId: 'r-1' });
    expect(refused.fields).toEqual({ email: 'write name@host' });
  });

  it('is still a sentence when a proxy answers with a page of its own', () => {
    const refused = fromAnswer('<html>', new Response(null, { status: 502 }));
    expect(refused.code).toBe('HTTP_502');
    expect(refused.message).toContain('502');
  });

  it('says so when nothing answers', () => {
    expect(fromAnswer(undefined, undefined).code).toBe('UNREACHABLE');
  });

  it('takes anything that was thrown', () => {
    expect(problem(new TypeError('x')).message).toBe('x');
    expect(problem('odd').code).toBe('UNEXPECTED');
  });
});
