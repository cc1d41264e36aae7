/** What browsers load besides pages; embedded in the build, so that the server needs no files and the browser no other server. */
import { createHash } from 'node:crypto';
import chartCode from 'uplot/dist/uPlot.iife.min.js?raw';
import chartStyle from 'uplot/dist/uPlot.min.css?raw';
import app from './assets/app.js?raw';
import charts from './assets/charts.js?raw';
import icon from './assets/icon.svg?raw';
import style from './assets/style.css?raw';
import theme from './assets/theme.js?raw';

export interface Asset {
  readonly body: string;
  readonly type: string;
}

const SCRIPT = 'text/javascript; charset=utf-8';

const SOURCES = {
  'style.css': { body: `${chartStyle}\n${style}`, type: 'text/css; charset=utf-8' },
  'theme.js': { body: theme, type: SCRIPT },
  'app.js': { body: app, type: SCRIPT },
  'charts.js': { body: `${chartCode}\n${charts}`, type: SCRIPT },
  'icon.svg': { body: icon, type: 'image/svg+xml' },
} as const satisfies Record<string, Asset>;

export type AssetName = keyof typeof SOURCES;

/** Each has a name made of its content: a browser keeps it for ever, and asks anew after an update. */
const NAMES = new Map((Object.keys(SOURCES) as AssetName[]).map((name) => [name, hashed(name)] as const));

const BY_NAME: ReadonlyMap<string, Asset> = new Map([...NAMES].map(([name, served]) => [served, SOURCES[name]]));

function hashed(name: AssetName): string {
  const dot = name.lastIndexOf('.');
  return `${name.slice(0, dot)}-${createHash('sha256').update(SOURCES[name].body).digest('hex').slice(0, 10)}${name.slice(dot)}`;
}

export function assetUrl(name: AssetName): string {
  return `/assets/${NAMES.get(name) ?? name}`;
}

export function assetByName(served: string): Asset | undefined {
  return BY_NAME.get(served);
}
