using System.Collections.Concurrent;
using Recorder.Archive;

namespace Recorder.Indexing;

/// <summary>
/// Threads for work that nobody at the wire waits for. Where the processor is short they give way to the sessions, and
/// the index catches up after. Threads that start in them, such as Lucene's merges, do the same.
/// </summary>
internal sealed class BackgroundThreads : TaskScheduler
{
    private readonly BlockingCollection<Task> waiting = [];

    private BackgroundThreads(int count)
    {
        for (var i = 0; i < count; i++)
        {
            AddOne();
        }
    }

    /// <summary>As many as there are processors, for the whole process.</summary>
    public static BackgroundThreads Shared { get; } = new(Environment.ProcessorCount);

    /// <summary>
    /// For waiting on the others, which may all be stuck. Not the pool: a thread that the pool starts because one of ours
    /// asked for it has our priority for good, and will answer somebody later.
    /// </summary>
    public static BackgroundThreads Waiting { get; } = new(1);

    /// <summary>For one that does not come back.</summary>
    public void AddOne() => new Thread(Work) { IsBackground = true, Name = "index" }.Start();

    /// <summary>Runs it here; what comes after its awaits runs here too.</summary>
    public Task<T> RunAsync<T>(Func<Task<T>> work) =>
        Task.Factory.StartNew(work, CancellationToken.None, TaskCreationOptions.DenyChildAttach, this).Unwrap();

    /// <inheritdoc cref="RunAsync{T}(Func{Task{T}})"/>
    public Task RunAsync(Func<Task> work) =>
        Task.Factory.StartNew(work, CancellationToken.None, TaskCreationOptions.DenyChildAttach, this).Unwrap();

    protected override void QueueTask(Task task) => waiting.Add(task);

    protected override bool TryExecuteTaskInline(Task task, bool taskWasPreviouslyQueued) => false;

    protected override IEnumerable<Task> GetScheduledTasks() => waiting;

    private void Work()
    {
        BackgroundPriority.Enter();
        foreach (var task in waiting.GetConsumingEnumerable())
        {
            TryExecuteTask(task);
        }
    }
}
