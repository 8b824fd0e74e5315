using Recorder.Mail;

namespace Recorder.Attachments;

/// <summary>
/// The other end of the pipes: <c>recorder extract-worker</c>. Reads one file after another until its input ends. It gives up
/// everything it does not need before it looks at the first one, since any file may be meant to take it over.
/// </summary>
public static class ReadingWorker
{
    /// <summary>Not in the help: only the product itself starts it.</summary>
    public const string Verb = "extract-worker";

    private const int MaxContentBytes = 256 << 20;

    /// <summary>Ends with the input: the service closed it, or is gone.</summary>
    public static int Run()
    {
        // What a library prints must not be taken for an answer.
        var (input, output) = (Console.OpenStandardInput(), Console.OpenStandardOutput());
        Console.SetOut(TextWriter.Null);
        Warm();
        Confinement.Enter();
        EndWithParent();
        while (WorkerProtocol.ReadFrame(input, WorkerProtocol.MaxRequestBytes) is { } frame)
        {
            var request = WorkerProtocol.ReadRequest(frame);
            var content = WorkerProtocol.ReadFrame(input, MaxContentBytes) ?? throw new EndOfStreamException();
            var read = FileTextReader.Read(content, request.Name, request.ContentType, request.Limits, static () => Environment.CpuUsage.TotalTime);
            WorkerProtocol.WriteFrame(output, WorkerProtocol.AnswerFrame(read));
        }

        return 0;
    }

    // An endless loop does not see that its input ended.
    private static void EndWithParent()
    {
        var parent = Confinement.ParentId;
        new Thread(() =>
        {
            using var never = new ManualResetEventSlim();
            while (Confinement.ParentId == parent)
            {
                never.Wait(TimeSpan.FromSeconds(1));
            }

            Environment.Exit(0);
        }) { IsBackground = true, Name = "parent" }.Start();
    }

    /// <summary>What is loaded on first use is loaded while files may still be opened freely.</summary>
    private static void Warm() =>
        FileTextReader.Read("%PDF-1.4\n"u8.ToArray(), "warm.pdf", "application/pdf", FileLimits.Default);
}
