/**
 * The configuration of a running server: defaults, then `settings.json`, then `--set` for this run.
 *
 * All of it is checked before anything starts, and every value can change while the server runs.
 */
import { allowedPhrase } from './allowed.ts';
import { readingsOf } from './coerce.ts';
import { ConfigError, refusedValue, unknownKey } from './config-error.ts';
import { currentKey, withCurrentKeys } from './renamed.ts';
import { type JsonSchema, jsonSchemaOf, type Setting, type SettingsGroup, type Values } from './setting.ts';
import { readSettingsFile, writeSettingsFile } from './settings-file.ts';

/** One setting as the window and docs/settings.md show it. */
export interface SettingDescription {
  readonly key: string;
  readonly description: string;
  readonly default: unknown;
  /** What may be written, in words, such as `true or false`. */
  readonly allowed: string;
  readonly jsonSchema: JsonSchema;
  readonly value: unknown;
  /** True when `--set` gave the value for this run, whatever the file says. */
  readonly isOverridden: boolean;
  readonly appliesOnRestart: boolean;
  /** `value` is null when there is one. */
  readonly isWriteOnly: boolean;
}

export interface ConfigOptions {
  /** `<data directory>/settings.json`; need not exist. */
  readonly path: string;
  readonly groups: Readonly<Record<string, SettingsGroup>>;
  /** `KEY=VALUE` texts that hold for this run only. */
  readonly overrides: readonly string[];
}

type Parsed = { readonly value: unknown } | { readonly problem: string };

export class Config {
  readonly #path: string;
  readonly #groups: Readonly<Record<string, SettingsGroup>>;
  readonly #settings: ReadonlyMap<string, Setting<unknown>>;
  readonly #values = new Map<string, unknown>();
  readonly #overridden = new Set<string>();
  readonly #listeners = new Set<(key: string) => void>();
  #lastWrite: Promise<unknown> = Promise.resolve();

  private constructor(options: ConfigOptions) {
    this.#path = options.path;
    this.#groups = options.groups;
    this.#settings = settingsByKey(options.groups);
  }

  /**
   * Reads and checks everything.
   * @throws ConfigError naming every problem of the file and the overrides at once
   */
  static load(options: ConfigOptions): Config {
    const config = new Config(options);
    const problems = [...config.#readFile(), ...config.#readOverrides(options.overrides)];
    if (problems.length > 0) throw new ConfigError(problems);
    return config;
  }

  /** A live view of one group: reading a property gives the value at that moment. */
  group<G extends SettingsGroup>(name: string, settings: G): Values<G> {
    if (this.#groups[name] !== settings) throw new Error(`the settings group ${name} was not given to Config.load`);
    const view = {};
    for (const property of Object.keys(settings)) {
      Object.defineProperty(view, property, { enumerable: true, get: () => this.get(`${name}.${property}`) });
    }
    return Object.freeze(view) as Values<G>;
  }

  /** Whether there is a setting with this key. */
  has(key: string): boolean {
    return this.#settings.has(key);
  }

  /** Whether the value of this setting must not be written into any log. */
  isSecret(key: string): boolean {
    return this.#settings.get(key)?.isSecret ?? false;
  }

  /**
   * The value now.
   * @throws ConfigError for a key that no setting has
   */
  get(key: string): unknown {
    const { default: defaultValue } = this.#setting(key);
    return this.#values.has(key) ? this.#values.get(key) : defaultValue;
  }

  /**
   * Checks the value, writes it to `settings.json`, then tells the listeners. From then on it also wins over an
   * override of this run: who changes a setting now means now. Edits made to the file by hand meanwhile are kept.
   * @throws ConfigError when key or value are refused; the file system's error when it could not be stored
   */
  async set(key: string, value: unknown): Promise<void> {
    const parsed = this.#parse('the new value', key, this.#setting(key), value);
    if ('problem' in parsed) throw new ConfigError([parsed.problem]);
    const write = this.#lastWrite.then(() =>
      writeSettingsFile(this.#path, withCurrentKeys(readSettingsFile(this.#path)).set(key, parsed.value)),
    );
    this.#lastWrite = write.catch(() => undefined);
    await write;
    this.#values.set(key, parsed.value);
    this.#overridden.delete(key);
    for (const listener of [...this.#listeners]) listener(key);
  }

  /** Calls `listener` after each change; the result takes it back. */
  onChange(listener: (key: string) => void): () => void {
    this.#listeners.add(listener);
    return () => {
      this.#listeners.delete(listener);
    };
  }

  /** Every setting in the order of its declaration. */
  describe(): readonly SettingDescription[] {
    return [...this.#settings].map(([key, declared]) => {
      const jsonSchema = jsonSchemaOf(declared);
      return {
        key,
        description: declared.description,
        default: declared.default,
        allowed: allowedPhrase(jsonSchema),
        jsonSchema,
        // SECURITY: null says that there is something, and nothing more.
        value: declared.isWriteOnly && this.get(key) !== declared.default ? null : this.get(key),
        isOverridden: this.#overridden.has(key),
        appliesOnRestart: declared.appliesOnRestart,
        isWriteOnly: declared.isWriteOnly,
      };
    });
  }

  #readFile(): string[] {
    const problems: string[] = [];
    for (const [key, given] of withCurrentKeys(storedOrProblem(this.#path, problems))) {
      const declared = this.#settings.get(key);
      const parsed =
        declared === undefined
          ? { problem: unknownKey(this.#path, key, this.#settings.keys()) }
          : this.#parse(this.#path, key, declared, given);
      if ('problem' in parsed) problems.push(parsed.problem);
      else this.#values.set(key, parsed.value);
    }
    return problems;
  }

  #readOverrides(overrides: readonly string[]): string[] {
    const problems: string[] = [];
    for (const override of overrides) {
      const equals = override.indexOf('=');
      const key = currentKey(override.slice(0, Math.max(equals, 0)).trim());
      const declared = this.#settings.get(key);
      if (key === '') {
        problems.push(`--set: ${JSON.stringify(override)} is not of the form KEY=VALUE, such as c2s.port=5222.`);
      } else if (declared === undefined) {
        problems.push(unknownKey('--set', key, this.#settings.keys()));
      } else {
        const parsed = this.#parseText(key, declared, override.slice(equals + 1));
        if ('problem' in parsed) problems.push(parsed.problem);
        else {
          this.#values.set(key, parsed.value);
          this.#overridden.add(key);
        }
      }
    }
    return problems;
  }

  #parseText(key: string, declared: Setting<unknown>, text: string): Parsed {
    const readings = readingsOf(text, jsonSchemaOf(declared));
    const fitting = readings.find((reading) => declared.schema.safeParse(reading).success);
    return this.#parse('--set', key, declared, fitting ?? text);
  }

  #parse(place: string, key: string, declared: Setting<unknown>, given: unknown): Parsed {
    const result = declared.schema.safeParse(given);
    if (result.success) return { value: result.data };
    const shown = declared.isWriteOnly ? '(a secret)' : given;
    return { problem: refusedValue(place, key, shown, allowedPhrase(jsonSchemaOf(declared))) };
  }

  #setting(key: string): Setting<unknown> {
    const found = this.#settings.get(key);
    if (found === undefined) throw new ConfigError([unknownKey('settings', key, this.#settings.keys())]);
    return found;
  }
}

function settingsByKey(groups: Readonly<Record<string, SettingsGroup>>): ReadonlyMap<string, Setting<unknown>> {
  return new Map(
    Object.entries(groups).flatMap(([group, settings]) =>
      Object.entries(settings).map(([name, declared]): [string, Setting<unknown>] => [`${group}.${name}`, declared]),
    ),
  );
}

function storedOrProblem(path: string, problems: string[]): ReadonlyMap<string, unknown> {
  try {
    return readSettingsFile(path);
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    problems.push(...error.problems);
    return new Map();
  }
}
