/** Routers tell everybody when they have lost what they forwarded, or have another address (RFC 6886 section 3.2.1, RFC 6887 section 14.1.3). */
import { createSocket } from 'node:dgram';
import type { Logger } from '../log/log.ts';

const GROUP = '224.0.0.1';
const PORT = 5350;
const NAT_PMP_BYTES = 12;
const PCP_BYTES = 24;
/** The answer to operation 0: NAT-PMP's own address, PCP's ANNOUNCE. */
const OPERATION = 128;

/** Calls `hear` with the address of whoever announces something; the result ends it. */
export function hearAnnouncements(hear: (from: string) => void, log: Logger): () => void {
  const socket = createSocket({ type: 'udp4', reuseAddr: true });
  let isOpen = true;
  const close = (): void => {
    if (!isOpen) return;
    isOpen = false;
    socket.close();
  };
  socket.on('error', (error) => {
    log.debug({ err: error }, 'announcements of routers not heard');
    close();
  });
  socket.on('message', (message, { address }) => {
    if (isAnnouncement(message)) hear(address);
  });
  socket.bind(PORT, () => {
    try {
      socket.addMembership(GROUP);
    } catch (error) {
      // Every computer belongs to this group by itself (RFC 1112 section 4); some systems do not even let one join.
      log.debug({ err: error }, 'group of announcements not joined');
    }
  });
  socket.unref();
  return close;
}

/** It only makes one ask the router again: nothing else of it is believed. */
export function isAnnouncement(message: Buffer): boolean {
  if (message[1] !== OPERATION) return false;
  if (message[0] === 0) return message.length === NAT_PMP_BYTES;
  return message[0] === 2 && message.length >= PCP_BYTES && message.length <= 1100 && message.length % 4 === 0;
}
