'use strict';
// The only place that ends the process. Old syntax on purpose: an old Node must get as far as the message.
var version = process.versions.node.split('.').map(Number);
if (version[0] < 20 || (version[0] === 20 && version[1] < 19)) {
  process.stderr.write('alluxio: Node.js ' + process.versions.node + ' is too old; install 20.19 or later\n');
  process.exit(1);
}
require('../dist/main.cjs')
  .main(process.argv.slice(2), { env: process.env, cwd: process.cwd(), installDir: require('node:path').dirname(__dirname), stdout: 1, stderr: 2 })
  .then(process.exit, function (error) {
    process.stderr.write('alluxio: ' + (error && error.stack) + '\n');
    process.exit(255);
  });
