import { escapeXml, fit } from './text';

export type CardTheme = 'light' | 'dark';

export interface Palette {
  readonly page: string;
  readonly side: string;
  readonly ink: string;
  readonly muted: string;
  readonly line: string;
  readonly passed: string;
  readonly failed: string;
  readonly open: string;
}

/** Every text colour has a contrast of at least 4.5 on `page` and on `side` (held by a test). */
export const palettes: Readonly<Record<CardTheme, Palette>> = {
  light: {
    page: '#ffffff',
    side: '#f1f5f2',
    ink: '#13201a',
    muted: '#4d5b54',
    line: '#d9e1dc',
    passed: '#18754a',
    failed: '#b3261e',
    open: '#76570a',
  },
  dark: {
    page: '#10161a',
    side: '#182126',
    ink: '#e9f0ec',
    muted: '#a3b1aa',
    line: '#2e3a40',
    passed: '#4fc48d',
    failed: '#ff8f85',
    open: '#e0bd5c',
  },
};

const sans = "system-ui, 'Segoe UI', Roboto, 'Helvetica Neue', 'Noto Sans', 'DejaVu Sans', Arial, sans-serif";
const mono = "ui-monospace, 'Cascadia Mono', Menlo, Consolas, 'DejaVu Sans Mono', monospace";

export interface TextStyle {
  readonly size: number;
  readonly colour: string;
  readonly bold?: boolean;
  readonly mono?: boolean;
  readonly align?: 'start' | 'middle' | 'end';
  /** Cut with an ellipsis at this many pixels. */
  readonly width?: number;
}

/** One line of text with its baseline at `y`. */
export function line(x: number, y: number, text: string, style: TextStyle): string {
  const weight = style.bold === true ? 'bold' : 'normal';
  const shown = style.width === undefined ? text : fit(text, style.size, style.width, weight);
  const attributes = [
    `x="${x}" y="${y}" font-size="${style.size}" fill="${style.colour}"`,
    style.bold === true ? 'font-weight="600"' : '',
    style.mono === true ? `font-family="${mono}"` : '',
    style.align === undefined ? '' : `text-anchor="${style.align}"`,
  ];
  return `<text ${attributes.filter((each) => each !== '').join(' ')}>${escapeXml(shown)}</text>`;
}

export function box(x: number, y: number, width: number, height: number, fill: string, radius = 0): string {
  return `<rect x="${x}" y="${y}" width="${width}" height="${height}" rx="${radius}" fill="${fill}"/>`;
}

export type Mark = 'passed' | 'failed' | 'open' | 'toDo';

/** A verdict as a shape, so that it is told without colour: tick, cross, question mark in a disc of 16 px. */
export function mark(x: number, y: number, kind: Mark, paint: Palette): string {
  if (kind === 'toDo')
    return `<circle cx="${x}" cy="${y}" r="7" fill="none" stroke="${paint.muted}" stroke-width="2"/>`;
  const disc = `<circle cx="${x}" cy="${y}" r="8" fill="${paint[kind]}"/>`;
  const stroke = `fill="none" stroke="${paint.page}" stroke-width="2" stroke-linecap="round"`;
  switch (kind) {
    case 'passed':
      return `${disc}<path d="M${x - 3.5} ${y + 0.5}l2.5 2.5l4.5 -5.5" ${stroke}/>`;
    case 'failed':
      return `${disc}<path d="M${x - 3} ${y - 3}l6 6m0 -6l-6 6" ${stroke}/>`;
    case 'open':
      return `${disc}<path d="M${x - 2.5} ${y - 2}a2.5 2.5 0 1 1 2.5 2.7v1" ${stroke}/><circle cx="${x}" cy="${y + 4.6}" r="1.1" fill="${paint.page}"/>`;
  }
}

/** The whole picture around its parts. */
export function drawing(parts: readonly string[], label: string, paint: Palette): string {
  return [
    '<svg xmlns="http://www.w3.org/2000/svg" width="1280" height="720" viewBox="0 0 1280 720" role="img"',
    ` aria-label="${escapeXml(label)}" font-family="${sans}">`,
    box(0, 0, 1280, 720, paint.page),
    ...parts,
    '</svg>',
  ].join('');
}
