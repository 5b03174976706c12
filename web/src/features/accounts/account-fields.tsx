import { PasswordField, TextField } from '@/components/ui/field';
import { Notice } from '@/components/ui/notice';
import { text } from '@/lib/forms';
import type { Problem } from '@/lib/problem';

/** Which field a refusal without a field list speaks of. */
const FIELD_OF: Record<string, string> = {
  PASSWORD_TOO_WEAK: 'password',
  EMAIL_ALREADY_REGISTERED: 'email',
  USERNAME_TAKEN: 'username',
};

/** The sentences under the fields, and the one above them when it belongs to none. */
export function placed(error: Problem | null): { fields: Record<string, string>; above: string | undefined } {
  if (!error) return { fields: {}, above: undefined };
  const field = FIELD_OF[error.code];
  const fields = field ? { [field]: error.message } : error.fields;
  return { fields, above: Object.keys(fields).length ? undefined : error.message };
}

/** What a new account is made of. */
export function AccountFields({ error }: { error: Problem | null }) {
  const { fields, above } = placed(error);
  return (
    <>
      {above && <Notice tone="bad">{above}</Notice>}
      <TextField
        label="Your name"
        name="display_name"
        autoComplete="name"
        maxLength={120}
        optional
        autoFocus
        error={fields.display_name}
      />
      <TextField label="E-mail" name="email" type="email" autoComplete="email" required error={fields.email} />
      <PasswordField
        label="Password"
        name="password"
        autoComplete="new-password"
        minLength={8}
        maxLength={128}
        required
        hint="8 characters or more. A sentence is easier to keep than a riddle."
        error={fields.password}
      />
    </>
  );
}

export function readAccount(form: FormData): { email: string; password: string; display_name?: string } {
  const name = text(form, 'display_name');
  return { email: text(form, 'email'), password: text(form, 'password'), ...(name ? { display_name: name } : {}) };
}
