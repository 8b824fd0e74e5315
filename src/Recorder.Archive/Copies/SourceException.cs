namespace Recorder.Archive.Copies;

/// <summary>What is to be copied cannot be read: the target has nothing to do with it.</summary>
internal sealed class SourceException(string message, Exception inner) : Exception(message, inner);
