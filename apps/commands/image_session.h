// Many files, one after the other: what is said about each, and what the command ends with.
#ifndef TWOFOLD_APPS_COMMANDS_IMAGE_SESSION_H
#define TWOFOLD_APPS_COMMANDS_IMAGE_SESSION_H

#include "apps/commands/image_job.h"
#include "apps/common/failure.h"

namespace twofold::apps {

// A file that fails does not keep the others from being done. Throws a Failure for what makes no sense for any.
ExitCode run_image_session(const ImageJobOptions& options);

}  // namespace twofold::apps

#endif
