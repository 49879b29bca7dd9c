/** `Tray` and `Menu`, as a user reads them and chooses from them. */
import { EventEmitter } from 'node:events';
import type { MenuItemConstructorOptions } from 'electron';

export class TrayDouble extends EventEmitter {
  imagePath: string;
  toolTip = '';
  menu: MenuDouble | undefined;
  isDestroyed = false;

  constructor(imagePath: string) {
    super();
    this.imagePath = imagePath;
  }

  setImage(path: string): void {
    this.imagePath = path;
  }

  setToolTip(text: string): void {
    this.toolTip = text;
  }

  setContextMenu(menu: unknown): void {
    if (!(menu instanceof MenuDouble)) throw new Error('only menus of the double can be shown');
    this.menu = menu;
  }

  destroy(): void {
    this.isDestroyed = true;
  }

  /** The rows as a user reads them; those that cannot be chosen are in brackets. */
  get rows(): readonly string[] {
    return (this.menu?.template ?? []).map(({ type, label = '', enabled, checked }) => {
      if (type === 'separator') return '──';
      const mark = type === 'checkbox' ? (checked === true ? '✓ ' : '☐ ') : '';
      return enabled === false ? `(${mark}${label})` : `${mark}${label}`;
    });
  }

  /** A user chooses the row with this label. */
  choose(label: string): void {
    const row = this.menu?.template.find((item) => item.label === label);
    if (row === undefined) throw new Error(`the menu has no row “${label}”: ${this.rows.join(' | ')}`);
    if (row.enabled === false) throw new Error(`the row “${label}” cannot be chosen`);
    // The real objects that come along are not looked at.
    (row.click as (() => void) | undefined)?.();
  }
}

export class MenuDouble {
  readonly items = [];
  readonly template: readonly MenuItemConstructorOptions[];

  constructor(template: readonly MenuItemConstructorOptions[]) {
    this.template = template;
  }
}
