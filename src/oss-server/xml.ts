/** The little XML that OSS speaks: elements and text, no attributes that matter, no mixed content. */
import { OssError } from './errors.ts';

const ENTITIES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&apos;' };

/**
 * A carriage return would be read as a line feed, so it becomes a reference. Other control characters are forbidden to XML 1.0 in
 * either form; they go out as they are, which lenient readers take. Careful clients ask for `encoding-type=url`.
 */
const SPECIAL = /[&<>"'\r\n\t]/g;

export function escapeXml(text: string): string {
  return text.replace(SPECIAL, (char) => ENTITIES[char] ?? `&#${char.charCodeAt(0)};`);
}

/** As OSS writes moments: whole seconds. Clients parse `.000Z` literally (Python's oss2 does). */
export function xmlTime(ms: number): string {
  return new Date(Math.floor(ms / 1000) * 1000).toISOString();
}

/** `[name, content]` in order; an array as content nests; undefined leaves the element out. */
export type XmlContent = string | number | boolean | readonly XmlElement[] | undefined;
export type XmlElement = readonly [name: string, content: XmlContent];

export function element([name, content]: XmlElement): string {
  if (content === undefined) return '';
  if (typeof content !== 'object') return `<${name}>${typeof content === 'string' ? escapeXml(content) : content}</${name}>`;
  return `<${name}>${content.map(element).join('')}</${name}>`;
}

export function xmlDocument(root: XmlElement): string {
  return `<?xml version="1.0" encoding="UTF-8"?>\n${element(root)}\n`;
}

export interface XmlNode {
  readonly name: string;
  readonly children: XmlNode[];
  text: string;
}

const NAMED: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };

function unescapeXml(text: string): string {
  if (!text.includes('&')) return text;
  return text.replace(/&([^;&<]{1,10});/g, (whole, name: string) => {
    if (name.startsWith('#')) {
      const code = /^#[xX]/.test(name) ? Number.parseInt(name.slice(2), 16) : Number.parseInt(name.slice(1), 10);
      if (Number.isNaN(code) || code > 0x10ffff) throw new OssError('MalformedXML');
      return String.fromCodePoint(code);
    }
    return NAMED[name] ?? whole;
  });
}

const TOKEN = /<\?[\s\S]*?\?>|<!--[\s\S]*?-->|<!\[CDATA\[([\s\S]*?)\]\]>|<!DOCTYPE[^>]*>|<(\/?)([^\s/>]+)([^>]*?)(\/?)>|([^<]+)|</g;

/** Parses a whole document. @throws MalformedXML */
export function parseXml(source: string): XmlNode {
  const root: XmlNode = { name: '', children: [], text: '' };
  const open: XmlNode[] = [root];
  for (const match of source.replace(/^\ufeff/, '').matchAll(TOKEN)) {
    const [whole, cdata, closing, name, , selfClosing, text] = match;
    const top = open[open.length - 1] ?? root;
    if (whole === '<') throw new OssError('MalformedXML');
    if (text !== undefined) top.text += unescapeXml(text);
    else if (cdata !== undefined) top.text += cdata;
    else if (name !== undefined) {
      const local = name.slice(name.indexOf(':') + 1);
      if (closing === '/') {
        if (open.length === 1 || top.name !== local) throw new OssError('MalformedXML');
        open.pop();
        continue;
      }
      const node: XmlNode = { name: local, children: [], text: '' };
      top.children.push(node);
      if (selfClosing !== '/') open.push(node);
    }
  }
  const [only] = root.children;
  if (open.length !== 1 || only === undefined || root.children.length !== 1 || root.text.trim() !== '') throw new OssError('MalformedXML');
  return only;
}

export function childrenOf(node: XmlNode, name: string): XmlNode[] {
  return node.children.filter((child) => child.name === name);
}

/** The text of the first child of that name. */
export function childText(node: XmlNode, name: string): string | undefined {
  return node.children.find((child) => child.name === name)?.text;
}
