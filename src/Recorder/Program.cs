using Recorder.Attachments;
using Recorder.Cli;

return args is [ReadingWorker.Verb] ? ReadingWorker.Run() : await CommandLine.RunAsync(args);
