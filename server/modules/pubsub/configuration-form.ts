/** The forms that show and change the configuration of a node (XEP-0060 sections 8.2, 8.3, 7.1.5 and 5.4). */
import { StanzaError } from '../../stanza/error.ts';
import type { Field, Form } from '../../stanza/form.ts';
import { type Configuration, FIELD_NAMES, FIELDS, type FieldName, isFieldName, ruleOf } from './configuration.ts';
import { FIELD_PREFIX, META_DATA, NODE_CONFIG } from './namespaces.ts';
import type { PubSubNode } from './node.ts';
import { refusal } from './refusal.ts';

/** What a service allows at most. */
export interface ConfigurationLimits {
  readonly maxItems: number;
  readonly maxPayloadBytes: number;
}

/** Only fields that were named. */
export type ConfigurationChange = Partial<Configuration>;

/** The groups of the owner's contact list, to choose from. */
export function configurationForm(
  configuration: Configuration,
  type: 'form' | 'result',
  groups: readonly string[] = [],
): Form {
  const fields = FIELD_NAMES.map((name): Field => {
    const { type: fieldType, label, options, show } = ruleOf(name);
    const values = show(configuration[name]);
    const field = { name: FIELD_PREFIX + name, type: fieldType, label, values };
    if (name === 'roster_groups_allowed') {
      const choices = [...new Set([...groups, ...values])];
      return { ...field, options: choices.map((value) => ({ label: value, value })) };
    }
    if (options === undefined) return field;
    return { ...field, options: Object.entries(options).map(([value, text]) => ({ label: text, value })) };
  });
  const nodeType: Field = {
    name: `${FIELD_PREFIX}node_type`,
    type: 'list-single',
    label: 'Kind of node',
    values: ['leaf'],
    options: [{ label: 'A node with items', value: 'leaf' }],
  };
  return { type, formType: NODE_CONFIG, fields: [...fields, nodeType] };
}

/**
 * What submitted values change; `not-acceptable` where something cannot be. Unknown fields are ignored, as XEP-0004 has
 * it, and fields without values too, save those of texts and lists, which are emptied that way.
 */
export function readChange(
  values: ReadonlyMap<string, readonly string[]>,
  limits: ConfigurationLimits,
): ConfigurationChange | StanzaError {
  const change: Record<string, unknown> = {};
  for (const [key, given] of values) {
    const name = key.slice(FIELD_PREFIX.length);
    if (!key.startsWith(FIELD_PREFIX)) continue;
    if (name === 'node_type') {
      if (given[0] !== undefined && given[0] !== 'leaf') return refusedType();
      continue;
    }
    if (!isFieldName(name)) continue;
    const { read, show, type, options } = ruleOf(name);
    const isEmptied = given.length === 0 || (given.length === 1 && given[0] === '');
    if (isEmptied && (type === 'boolean' || options !== undefined)) continue;
    const value = read(isEmptied ? [] : given);
    if (value === undefined) return refusedValue(name);
    const refused = findExcess(name, value, limits);
    if (refused !== undefined) return refused;
    // COMPAT: a form that is sent back whole has no value where there was none.
    if (isEmptied && name === 'max_items' && show(value)[0] === 'max') continue;
    change[name] = value;
  }
  return change as ConfigurationChange;
}

/** The first field that is not as `values` demand, if there is one: the preconditions of section 7.1.5. */
export function findUnmet(
  values: ReadonlyMap<string, readonly string[]>,
  configuration: Configuration,
  limits: ConfigurationLimits,
): string | undefined {
  for (const [key, given] of values) {
    const name = key.slice(FIELD_PREFIX.length);
    if (!isFieldName(name)) continue;
    const { read } = ruleOf(name);
    if (normalized(name, read(given), limits) !== normalized(name, configuration[name], limits)) return key;
  }
  return undefined;
}

/** The first field that no node has; such preconditions cannot be checked. */
export function findUnknown(values: ReadonlyMap<string, readonly string[]>): string | undefined {
  for (const key of values.keys()) {
    if (key === 'FORM_TYPE' || key === `${FIELD_PREFIX}node_type`) continue;
    if (!key.startsWith(FIELD_PREFIX) || !isFieldName(key.slice(FIELD_PREFIX.length))) return key;
  }
  return undefined;
}

/** Section 5.4: what everybody may know who may know of the node. */
export function metadataForm(node: PubSubNode, access: { readonly addresses: boolean }): Form {
  const { configuration } = node;
  const shown: readonly FieldName[] = [
    'title',
    'description',
    'type',
    'language',
    'contact',
    'access_model',
    'publish_model',
    'max_items',
  ];
  const fields = shown.map((name): Field => {
    const { type, label, show } = ruleOf(name);
    return { name: FIELD_PREFIX + name, type, label, values: show(configuration[name]) };
  });
  const jids = (name: string, label: string, values: readonly string[]): Field => ({
    name: FIELD_PREFIX + name,
    type: 'jid-multi',
    label,
    values,
  });
  return {
    type: 'result',
    formType: META_DATA,
    fields: [
      ...fields.filter(({ values }) => values?.length !== 0),
      {
        name: `${FIELD_PREFIX}creation_date`,
        type: 'text-single',
        label: 'Made on',
        values: [new Date(node.createdAtMs).toISOString()],
      },
      {
        name: `${FIELD_PREFIX}num_subscribers`,
        type: 'text-single',
        label: 'Subscribers',
        values: [String(node.subscriberCount)],
      },
      ...(access.addresses
        ? [
            { ...jids('creator', 'Made by', [node.creator]), type: 'jid-single' as const },
            jids('owner', 'Owners', node.affiliated('owner')),
            jids('publisher', 'Publishers', node.affiliated('publisher')),
          ]
        : []),
    ],
  };
}

/** Comparable: lists without regard to order, `max` as what it stands for. */
function normalized(name: FieldName, value: unknown, limits: ConfigurationLimits): string | undefined {
  if (value === undefined) return undefined;
  if (name === 'max_items') return String(value === 'max' ? limits.maxItems : value);
  return Array.isArray(value) ? JSON.stringify([...value].sort()) : String(value);
}

function findExcess(name: FieldName, value: unknown, limits: ConfigurationLimits): StanzaError | undefined {
  if (name === 'max_items' && typeof value === 'number' && value > limits.maxItems) {
    return refusal('not-acceptable', 'max-items-exceeded', `A node may keep at most ${limits.maxItems} items here.`);
  }
  if (name === 'max_payload_size' && typeof value === 'number' && value > limits.maxPayloadBytes) {
    return new StanzaError('not-acceptable', `A payload may have at most ${limits.maxPayloadBytes} bytes here.`);
  }
  return undefined;
}

function refusedValue(name: FieldName): StanzaError {
  if (name === 'access_model') {
    return refusal('not-acceptable', 'unsupported-access-model', 'There is no such access model.');
  }
  return new StanzaError('not-acceptable', `The field “${FIELDS[name].label}” cannot have this value.`);
}

function refusedType(): StanzaError {
  return new StanzaError('feature-not-implemented', 'Nodes are leaves here.');
}
