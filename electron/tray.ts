/** The tray's view: icon, tooltip and menu as the model says. */
import type { MenuItemConstructorOptions } from 'electron';
import type { ServerState } from '../server/control/contract.ts';
import type { ElectronObjects, TrayObject } from './electron-objects.ts';
import type { TrayAction, TrayModel, TrayRow } from './tray-model.ts';

export interface TrayOptions {
  readonly electron: Pick<ElectronObjects, 'Menu' | 'Tray'>;
  readonly platform: NodeJS.Platform;
  /** On macOS a file whose name ends in “Template” takes the menu bar's colour by itself. */
  iconPath(state: ServerState['kind']): string;
  readonly model: TrayModel;
  onAction(action: TrayAction): void;
}

/** Drawn anew only when something in it has changed: a new menu closes one that is open. */
export class TrayView {
  readonly #options: TrayOptions;
  readonly #tray: TrayObject;
  #shown: TrayModel;

  constructor(options: TrayOptions) {
    const { electron, platform, model } = options;
    this.#options = options;
    this.#shown = model;
    this.#tray = new electron.Tray(options.iconPath(model.icon));
    this.#draw(model);
    // On macOS a click opens the menu, as everywhere in its menu bar.
    if (platform !== 'darwin') this.#tray.on('click', () => options.onAction('open'));
  }

  show(model: TrayModel): void {
    const before = this.#shown;
    if (JSON.stringify(model) === JSON.stringify(before)) return;
    this.#shown = model;
    if (model.icon !== before.icon) this.#tray.setImage(this.#options.iconPath(model.icon));
    this.#draw(model);
  }

  destroy(): void {
    this.#tray.destroy();
  }

  #draw({ tooltip, rows }: TrayModel): void {
    this.#tray.setToolTip(tooltip);
    // COMPAT(Linux): a menu that is popped up at a click is never reachable there; only this one is.
    this.#tray.setContextMenu(this.#options.electron.Menu.buildFromTemplate(rows.map((row) => this.#item(row))));
  }

  #item(row: TrayRow): MenuItemConstructorOptions {
    switch (row.kind) {
      case 'separator':
        return { type: 'separator' };
      case 'text':
        return { label: this.#label(row.label), enabled: false };
      case 'action':
        return { label: this.#label(row.label), enabled: row.isEnabled, click: () => this.#act(row.action) };
      case 'checkbox':
        return {
          type: 'checkbox',
          label: this.#label(row.label),
          checked: row.isChecked,
          enabled: row.isEnabled,
          click: () => this.#act(row.action),
        };
    }
  }

  #act(action: TrayAction): void {
    this.#options.onAction(action);
  }

  /** Windows and Linux take a single & for the mark of an access key. */
  #label(text: string): string {
    return this.#options.platform === 'darwin' ? text : text.replaceAll('&', '&&');
  }
}
