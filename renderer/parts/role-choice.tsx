/** The three roles with what each may do. */
import { Radio, Stack } from '@mantine/core';
import type { Role } from '../../server/control/contract.ts';
import { texts } from '../texts.ts';

const words = texts.people;
const roles = ['member', 'admin', 'limited'] as const satisfies readonly Role[];

interface RoleChoiceProps {
  readonly value: string;
  readonly onChange: (role: string) => void;
}

export function RoleChoice({ value, onChange }: RoleChoiceProps) {
  return (
    <Radio.Group
      label={words.dialog.role}
      value={value}
      onChange={(chosen) => onChange(roles.find((role) => role === chosen) ?? value)}
    >
      <Stack gap={10} mt={8}>
        {roles.map((role) => (
          <Radio key={role} value={role} label={words.roles[role]} description={words.roleHints[role]} />
        ))}
      </Stack>
    </Radio.Group>
  );
}
