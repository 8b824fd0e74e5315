namespace Recorder.Health;

/// <summary>What came in on one day.</summary>
/// <param name="Day">UTC, by the time Recorder took it: an import counts on the day of the import.</param>
/// <param name="Messages">Records, each once however many recipients it has.</param>
/// <param name="Held">Those of them that were held for at least one recipient.</param>
/// <param name="Bytes">Encoded bytes as received, before any compression.</param>
public sealed record DayCount(DateOnly Day, long Messages, long Held, long Bytes);
