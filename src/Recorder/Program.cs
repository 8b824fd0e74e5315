using Recorder.Attachments;
using Recorder.Cli;

return args is [ReadingWorker.Verb] ? await ReadingWorker.RunAsync() : await CommandLine.RunAsync(args);
