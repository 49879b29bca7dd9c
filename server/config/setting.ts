/** What a setting is: a schema, a default and a sentence for people. Rooms and modules declare theirs in groups. */
import { z } from 'zod';

/** One setting. Its key is `group.name`, its description a sentence that the window shows beside the field. */
export interface Setting<T> {
  readonly schema: z.ZodType<T>;
  readonly default: T;
  readonly description: string;
  /** True when a change is kept at once but takes effect with the next start of the server. */
  readonly appliesOnRestart: boolean;
  /** True when its value must not be written into any log. */
  readonly isSecret: boolean;
  /** True when its value is moreover shown to nobody, those who may change it included. */
  readonly isWriteOnly: boolean;
}

/** The settings of one room or module by name. */
export type SettingsGroup = Readonly<Record<string, Setting<unknown>>>;

/** The values of a group, as `Config.group` hands them out. */
export type Values<G> = { readonly [K in keyof G]: G[K] extends Setting<infer T> ? T : never };

/** The part of JSON Schema that explanations and the command line read. */
export interface JsonSchema {
  readonly type?: string;
  readonly description?: string;
  readonly const?: unknown;
  readonly enum?: readonly unknown[];
  readonly anyOf?: readonly JsonSchema[];
  readonly items?: JsonSchema;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly minLength?: number;
  readonly maxLength?: number;
}

/**
 * Declares a setting.
 *
 * The schema must tell what it allows: by its own limits, or in words with `.meta({ description: 'an IP address' })`
 * where JSON Schema cannot. A default that the schema refuses is a bug and throws.
 */
export function setting<T>(
  schema: z.ZodType<T>,
  defaultValue: NoInfer<T>,
  description: string,
  options: { readonly appliesOnRestart?: boolean; readonly isSecret?: boolean; readonly isWriteOnly?: boolean } = {},
): Setting<T> {
  schema.parse(defaultValue);
  const { appliesOnRestart = false, isWriteOnly = false, isSecret = isWriteOnly } = options;
  return { schema, default: defaultValue, description, appliesOnRestart, isSecret, isWriteOnly };
}

/** The JSON Schema of what may be written for a setting; what JSON Schema cannot say is left open. */
export function jsonSchemaOf(of: Setting<unknown>): JsonSchema {
  return z.toJSONSchema(of.schema, { io: 'input', unrepresentable: 'any' }) as JsonSchema;
}
