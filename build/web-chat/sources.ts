/** Of what the web chat's page is made: when one of these is newer, it is built again. */
export const CHAT_SOURCES: readonly string[] = [
  'renderer/chat',
  'renderer/logo.svg',
  'build/web-chat',
  'vite.chat.config.ts',
  'node_modules/converse.js/package.json',
];
