/** How Converse.js is set up for one server: this one, and nobody else is asked for anything. */
import type { ConverseSettings } from './converse.ts';
import type { Addresses, Offer } from './offer.ts';

/** A screen or two; rooms with an archive are read from there. */
const HISTORY_STANZAS = 50;

/** What the server tells at `server.json`. */
export interface ServerFacts {
  readonly domain: string;
  /** Where shared files lie, as in `https://miller.local:5281`. */
  readonly origin: string;
}

export interface SettingsOptions {
  readonly facts: ServerFacts;
  readonly offer: Offer;
  readonly addresses: Addresses;
  readonly converseFolder: string;
  readonly icon: string;
  readonly asGuest: boolean;
}

export function converseSettings({ facts, offer, addresses, ...options }: SettingsOptions): ConverseSettings {
  const { domain, origin } = facts;
  // Converse compares host names, without the port.
  const ownHosts = [...new Set([location.hostname, new URL(origin).hostname])];
  return {
    view_mode: 'fullscreen',
    loglevel: 'warn',
    // theme.css knows both schemes.
    theme: 'snug',
    dark_theme: 'snug',
    assets_path: options.converseFolder,
    notification_icon: options.icon,

    // This server alone, on the ways that lead to it.
    ...(offer.way === 'websocket' && { websocket_url: addresses.webSocket }),
    bosh_service_url: addresses.bosh,
    discover_connection_methods: false,
    auto_reconnect: true,
    keepalive: true,
    enable_smacks: true,
    ...(options.asGuest
      ? { authentication: 'anonymous', jid: domain, auto_login: true, allow_registration: false }
      : {
          authentication: 'login',
          locked_domain: domain,
          registration_domain: domain,
          allow_registration: offer.registration,
        }),
    // The device of a guest is a stranger's, and there is nothing to come back to.
    allow_user_trust_override: !options.asGuest,
    muc_nickname_from_jid: !options.asGuest,
    // To register is to become a member, and to leave would end it: that is for people to decide.
    auto_register_muc_nickname: false,

    // COMPAT(Converse.js, 14.0.0): when nothing is said, it asks rooms without an archive for no history at all.
    muc_history_max_stanzas: HISTORY_STANZAS,

    // SECURITY: nobody else learns who chats here, or what about.
    // COMPAT(Converse.js, 14.0.0): without a service to ask for names, its dialog to join a room lacks the field for one.
    muc_search_service: domain,
    providers_link: '',
    xmpp_providers_url: '',
    autocomplete_providers_url: '',
    fetch_url_headers: false,
    embed_3rd_party_media_players: false,
    render_media: ownHosts,
    allowed_image_domains: ownHosts,
    allowed_audio_domains: ownHosts,
    allowed_video_domains: ownHosts,
    visible_toolbar_buttons: { call: false, clear: false, emoji: true, location: false, spoiler: false },

    show_self_in_roster: false,
    whitelisted_plugins: ['snug'],
  };
}
