/** What is passed on to a person: the address, and a password that is shown this once. */
import { texts } from '../texts.ts';
import { CopyButton } from './copy-button.tsx';
import css from './credentials.module.css';

const words = texts.people.dialog;

interface CredentialsProps {
  readonly jid: string;
  readonly password: string | undefined;
}

export function Credentials({ jid, password }: CredentialsProps) {
  return (
    <dl className={css.list}>
      <div className={css.row}>
        <dt>{words.address}</dt>
        <dd>
          <span className={css.value}>{jid}</span>
          <CopyButton text={jid} what={words.addressName} />
        </dd>
      </div>
      {password === undefined ? null : (
        <div className={css.row}>
          <dt>{words.password}</dt>
          <dd>
            <code className={css.value} data-testid="generated-password">
              {password}
            </code>
            <CopyButton text={password} what={words.passwordName} />
          </dd>
        </div>
      )}
    </dl>
  );
}
