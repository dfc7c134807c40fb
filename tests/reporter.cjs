// Mocha's own reporters (dots for parallel runs, unless `base` names another), plus one last line that any log reader understands.
const Mocha = require('mocha');

module.exports = class Reporter {
  constructor(runner, options) {
    const Base = Mocha.reporters[options.reporterOptions?.base ?? 'Dot'];
    this.base = new Base(runner, options);
    runner.once('end', () => {
      const {passes = 0, failures = 0} = this.base.stats;
      process.stdout.write(`${passes} passed, ${failures} failed\n`);
    });
  }

  done(failures, end) {
    if (this.base.done) this.base.done(failures, end);
    else end(failures);
  }
};
