/** Text in lines of at most `width`, broken at blanks, following lines indented; line breaks in the text are kept. */
export function wrapped(text: string, width: number, indent: number): string {
  const lead = ' '.repeat(indent >= width ? 1 : indent);
  const lines: string[] = [];
  for (const paragraph of text.split('\n')) {
    let rest = lines.length === 0 ? paragraph : lead + paragraph;
    while (rest.length > width) {
      const cut = rest.lastIndexOf(' ', width);
      const at = cut > lead.length && rest.slice(0, cut).trim() !== '' ? cut : width;
      lines.push(rest.slice(0, at).trimEnd());
      rest = lead + rest.slice(at).trimStart();
    }
    lines.push(rest);
  }
  return lines.join('\n');
}
