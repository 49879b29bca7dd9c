/** The ports that are open, what each is for, and which of them another program has. */
import type { NetworkSummary } from '../../server/control/contract.ts';
import { pageAddress } from '../route.ts';
import { texts } from '../texts.ts';
import { Card } from './card.tsx';
import { Fact, Facts } from './facts.tsx';
import css from './network-cards.module.css';

const words = texts.network.ports;
const EVERYWHERE = ['::', '0.0.0.0'];
const HERE = ['127.0.0.1', '::1'];

type Port = NetworkSummary['ports'][number];

export function PortsCard({ ports }: Pick<NetworkSummary, 'ports'>) {
  const aside = (
    <a className={css.link} href={pageAddress('settings')}>
      {words.change}
    </a>
  );
  return (
    <Card title={words.title} text={words.text} aside={aside}>
      <Facts>
        {ports.map((port) => (
          <Fact key={port.purpose} name={words.purposes[port.purpose] ?? port.purpose}>
            <span className={port.port === null ? css.dim : css.number}>{port.port ?? closedWord(port)}</span>
            <Note port={port} />
          </Fact>
        ))}
      </Facts>
    </Card>
  );
}

function Note({ port: { port, wanted, holder, address } }: { readonly port: Port }) {
  if (port === null) return null;
  const isOther = wanted !== null && wanted !== 0 && wanted !== port;
  if (isOther) return <span className={css.warn}>{words.instead(wanted, holder)}</span>;
  if (EVERYWHERE.includes(address)) return null;
  return <span className={css.dim}>{HERE.includes(address) ? words.hereOnly : words.only(address)}</span>;
}

function closedWord({ purpose, wanted }: Port): string {
  if (wanted === null) return words.off;
  return purpose === 'components' ? words.componentsClosed : words.closed;
}
