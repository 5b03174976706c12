/** What the server refuses, as one error: `{error: {code, message, details}}`. */

type Refusal = { error?: { code?: string; message?: string; details?: Record<string, unknown> } };
type WrongField = { field: string; message: string };

export class Problem extends Error {
  override readonly name = 'Problem';

  constructor(
    readonly status: number,
    readonly code: string,
    message: string,
    readonly details: Record<string, unknown> = {},
  ) {
    super(message);
  }

  /** The sentence for each wrong field of a 422, by the last part of its path: `body.email` → `email`. */
  get fields(): Record<string, string> {
    const wrong = Array.isArray(this.details.fields) ? (this.details.fields as WrongField[]) : [];
    return Object.fromEntries(wrong.map(({ field, message }) => [field.split('.').at(-1) ?? field, message]));
  }

  get requestId(): string | undefined {
    return typeof this.details.request_id === 'string' ? this.details.request_id : undefined;
  }
}

/** Makes a Problem of what a request ended with; `response` is missing when nothing answered. */
export function fromAnswer(body: unknown, response: Response | undefined): Problem {
  if (!response) {
    return new Problem(0, 'UNREACHABLE', 'The server does not answer. Check the connection; it will be tried again.');
  }
  const { code, message, details } = (typeof body === 'object' && body ? (body as Refusal).error : undefined) ?? {};
  return new Problem(
    response.status,
    code ?? `HTTP_${response.status}`,
    message ?? `The server answered ${response.status} without saying why.`,
    details,
  );
}

/** Anything that was thrown, as a Problem. */
export function problem(error: unknown): Problem {
  if (error instanceof Problem) return error;
  return new Problem(0, 'UNEXPECTED', error instanceof Error ? error.message : 'Something unexpected happened.');
}
