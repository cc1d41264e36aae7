/** A file as text, put in by the bundler (scripts/build.mjs). */
declare module '*?raw' {
  const text: string;
  export default text;
}
