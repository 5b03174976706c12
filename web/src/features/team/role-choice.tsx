type RoleChoiceProps = {
  roles: readonly { value: string; label: string; about: string }[];
  chosen?: string;
};

/** One of some roles, each with what it means, as a form's field `role`. */
export function RoleChoice({ roles, chosen = roles[0]?.value }: RoleChoiceProps) {
  return (
    <fieldset className="grid gap-2.5">
      <legend className="mb-2 font-[520]">As</legend>
      {roles.map((role) => (
        <label key={role.value} className="flex items-start gap-2.5">
          <input
            type="radio"
            name="role"
            value={role.value}
            defaultChecked={role.value === chosen}
            className="mt-0.5 size-4 shrink-0 accent-ink"
          />
          <span>
            <span className="font-[520]">{role.label}</span> <span className="text-mute">{role.about}</span>
          </span>
        </label>
      ))}
    </fieldset>
  );
}
