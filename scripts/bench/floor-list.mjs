/** The floor of a first listing: asks for every page of a prefix, one after the other, looks only for where the next one begins, and counts keys. */
import { Agent, get } from 'node:http';

const [endpoint, bucket, prefix, expected] = process.argv.slice(2);
const agent = new Agent({ keepAlive: true, maxSockets: 1 });

function page(marker) {
  const query = new URLSearchParams({ prefix, 'max-keys': '1000', ...(marker === undefined ? {} : { marker }) });
  return new Promise((resolve, reject) => {
    get(`${endpoint}/${bucket}/?${query}`, { agent }, (answer) => {
      let xml = '';
      answer.setEncoding('utf8').on('data', (text) => (xml += text));
      answer.on('end', () => resolve(xml));
      answer.on('error', reject);
    }).on('error', reject);
  });
}

let keys = 0;
let marker;
do {
  const xml = await page(marker);
  keys += xml.split('<Key>').length - 1;
  marker = /<NextMarker>([^<]*)<\/NextMarker>/.exec(xml)?.[1];
} while (marker !== undefined);
agent.destroy();
if (keys !== Number(expected)) {
  process.stderr.write(`${keys} keys instead of ${expected}\n`);
  process.exitCode = 1;
}
