// Ctrl-C and its relatives.
#ifndef TWOFOLD_APPS_COMMON_INTERRUPT_H
#define TWOFOLD_APPS_COMMON_INTERRUPT_H

namespace twofold::apps {

// From now on SIGINT, SIGTERM and SIGHUP only raise a flag, so that the work ends in good order. Where the work does
// not look at the flag soon enough (a codec, a blocked read), a timer ends the process within the second; a second
// signal ends it at once. Either way temporary files are removed and the exit code is 130. SIGPIPE is ignored: writing
// to a closed pipe is an error like any other.
void install_signal_handlers();

bool interrupted();
// Throws a Failure with ExitCode::kInterrupted if a signal has arrived.
void stop_if_interrupted();

}  // namespace twofold::apps

#endif
