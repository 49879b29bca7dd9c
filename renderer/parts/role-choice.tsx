/** The roles with what each may do: those that every server has, then those of one's own. */
import { Radio, Stack } from '@mantine/core';
import type { Role } from '../../server/control/contract.ts';
import { summarizePermissions } from '../permissions.ts';
import { useRoles } from '../queries.ts';
import { texts } from '../texts.ts';

const words = texts.people;
const builtIn = ['member', 'admin', 'limited'] as const satisfies readonly Role[];

interface RoleChoiceProps {
  readonly value: string;
  readonly onChange: (role: string) => void;
}

export function RoleChoice({ value, onChange }: RoleChoiceProps) {
  const { data: roles } = useRoles();
  return (
    <Radio.Group label={words.dialog.role} value={value} onChange={onChange}>
      <Stack gap={10} mt={8}>
        {builtIn.map((role) => (
          <Radio key={role} value={role} label={words.roles[role]} description={words.roleHints[role]} />
        ))}
        {roles
          ?.filter((role) => !role.isBuiltIn)
          .map(({ name, permissions }) => (
            <Radio key={name} value={name} label={name} description={summarizePermissions(permissions)} />
          ))}
      </Stack>
    </Radio.Group>
  );
}
