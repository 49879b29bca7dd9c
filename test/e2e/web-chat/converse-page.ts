/** Converse.js as somebody uses it who sits in front of it. */
import type { Locator, Page } from 'playwright-core';

export class ConversePage {
  readonly page: Page;

  constructor(page: Page) {
    this.page = page;
  }

  /** From the form to the list of contacts. */
  async login(name: string, password: string): Promise<void> {
    await this.page.locator('input[name=jid]').fill(name);
    await this.page.locator('input[name=password]').fill(password);
    await this.page.getByRole('button', { name: 'Log in' }).click();
    await this.isIn();
  }

  /** From the form, where the server lets people register. */
  async register(name: string, password: string): Promise<void> {
    await this.page.getByRole('link', { name: 'Create an account' }).click();
    await this.page.locator('input[name=username]').fill(name);
    await this.page.locator('input[name=password]').fill(password);
    await this.page.getByRole('button', { name: 'Register' }).click();
    await this.isIn();
  }

  async isIn(): Promise<void> {
    await this.page.locator('converse-rooms-list').waitFor();
  }

  async openChat(jid: string): Promise<void> {
    await this.page.locator('#converse-roster .open-chat', { hasText: jid }).first().click();
    await this.#box(jid).locator('textarea').waitFor();
  }

  /** By the dialog; `name` alone, without the service. */
  async joinRoom(name: string, jid: string): Promise<void> {
    await this.page.locator('#chatrooms .dropdown-toggle').click();
    await this.page.locator('.show-add-muc-modal').click();
    const dialog = this.page.locator('converse-add-muc-modal');
    await dialog.locator('input[name=chatroom]').fill(name);
    await dialog.getByRole('button', { name: 'Join' }).click();
    await this.#box(jid).locator('textarea').waitFor();
  }

  /** By its address. */
  async enterRoom(jid: string, nickname: string): Promise<void> {
    await this.page.evaluate(`location.hash = '#converse/room?jid=${jid}'`);
    const box = this.#box(jid);
    await box.locator('input[name=nick]').fill(nickname);
    await box.locator('input[name=join]').click();
    await box.locator('textarea').waitFor();
  }

  /** Where the picture beside somebody's name in a chat comes from; nothing when there are only initials. */
  async avatar(jid: string): Promise<string> {
    return await this.#box(jid).locator('converse-chat-heading converse-avatar').first().innerHTML();
  }

  async say(jid: string, text: string): Promise<void> {
    await this.#box(jid).locator('textarea').fill(text);
    await this.page.keyboard.press('Enter');
  }

  /** Switches end-to-end encryption on in this chat. */
  async encrypt(jid: string): Promise<void> {
    await this.#box(jid).locator('.toggle-omemo[data-disabled="false"]').click();
    await this.#box(jid).locator('.toggle-omemo[title="Messages are sent encrypted"]').waitFor();
  }

  /** The first message there with this text. */
  message(jid: string, text: string): Locator {
    return this.#box(jid).locator('.chat-msg', { hasText: text }).first();
  }

  /** All texts, as they stand there. */
  async texts(jid: string): Promise<readonly string[]> {
    return await this.#box(jid).locator('.chat-msg__text').allInnerTexts();
  }

  async share(jid: string, file: { name: string; mimeType: string; buffer: Buffer }): Promise<void> {
    await this.#box(jid).locator('input.fileupload').setInputFiles(file);
  }

  /** Pictures that are shown in messages. */
  pictures(jid: string): Locator {
    return this.#box(jid).locator('.chat-msg img.chat-image');
  }

  async setAvatar(file: { name: string; mimeType: string; buffer: Buffer }): Promise<void> {
    await this.page.locator('converse-user-profile .show-profile').first().click();
    const dialog = this.page.locator('converse-profile-modal');
    await dialog.locator('#profile-tab').click();
    await dialog.locator('input[name=avatar_image]').setInputFiles(file);
    await dialog.getByRole('button', { name: 'Save' }).click();
  }

  #box(jid: string): Locator {
    return this.page
      .locator(`.chatbox[data-jid="${jid}"], converse-chat[jid="${jid}"], converse-muc[jid="${jid}"]`)
      .first();
  }
}
