'use strict';
// The only place that ends the process. Old syntax on purpose: an old Node must get as far as the message.
var version = process.versions.node.split('.').map(Number);
if (version[0] < 20 || (version[0] === 20 && version[1] < 19)) {
  process.stderr.write('alluxio: Node.js ' + process.versions.node + ' is too old; install 20.19 or later\n');
  process.exit(1);
}
// What nobody caught is our fault: one line, and the place only for those who ask.
function fail(error) {
  var shown = process.argv.indexOf('--debug') < 0 ? (error && error.message) || error : (error && error.stack) || error;
  process.stderr.write('Internal error, please report it: ' + shown + '\n');
  process.exit(255);
}
process.on('uncaughtException', fail);
// Newer Nodes warn of what the libraries use (ali-oss: url.parse): nothing that a user could mend, on a stream that scripts read.
process.noDeprecation = true;
var home = require('path').dirname(__dirname);
require('./code-cache.cjs')
  .loader(require('path').join(home, 'dist'))
  .start('packs/start.cjs', 'main.cjs')
  .main(process.argv.slice(2), {
    env: process.env,
    // Asked for when somebody needs it: it may have been removed.
    cwd: function () {
      return process.cwd();
    },
    installDir: home,
    stdout: 1,
    stderr: 2,
    dieBy: function (signal) {
      process.kill(process.pid, signal);
    },
  })
  .then(process.exit, fail);
