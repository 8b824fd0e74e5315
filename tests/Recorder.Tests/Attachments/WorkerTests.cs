using System.Diagnostics;
using Recorder.Attachments;
using Recorder.Mail;
using Recorder.Tests.Fakes;
using Recorder.Tests.Mail.Files;

namespace Recorder.Tests.Attachments;

/// <summary>The real reading process, and others that do the worst one could do.</summary>
public sealed class WorkerTests : IDisposable
{
    private static readonly WorkerLimits Ample = new(TimeSpan.FromSeconds(30), TimeSpan.FromSeconds(60), 1L << 30);
    private readonly TestFolder folder = new();
    private readonly List<FileReaders> opened = [];

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public void Dispose()
    {
        foreach (var readers in opened) readers.Dispose();
        folder.Dispose();
    }

    [Fact]
    public async Task One_process_reads_many_files()
    {
        var readers = Open(Ample);
        Assert.Contains("期末成績", (await ReadAsync(readers, SampleFiles.Docx("期末成績公告"), "a.docx")).Text);
        Assert.Contains("Invoice", (await ReadAsync(readers, SampleFiles.Pdf("Invoice 7"), "a.pdf")).Text);
        Assert.Equal(FileFlaws.Unreadable, (await ReadAsync(readers, "%PDF-1.4"u8.ToArray(), "b.pdf")).Flaws);
        Assert.Equal(1, readers.Started);
    }

    [Fact]
    public async Task The_process_has_given_up_what_it_does_not_need()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "reads /proc");
        var readers = Open(Ample);
        await ReadAsync(readers, SampleFiles.Docx("x"), "a.docx");
        var proc = $"/proc/{readers.WorkerId}";
        var status = await File.ReadAllTextAsync($"{proc}/status", Cancel);
        Assert.Contains("Seccomp:\t2", status);
        Assert.Contains("NoNewPrivs:\t1", status);
        Assert.Equal("10", (await File.ReadAllTextAsync($"{proc}/stat", Cancel)).Split(") ")[1].Split(' ')[16]);
        Assert.Matches("Max file size +0 +0", await File.ReadAllTextAsync($"{proc}/limits", Cancel));
        var environment = await File.ReadAllTextAsync($"{proc}/environ", Cancel);
        Assert.All(environment.Split('\0', StringSplitOptions.RemoveEmptyEntries), pair => Assert.Matches("^(DOTNET_|PATH=|LANG=|TZ=)", pair));
    }

    [Fact]
    public async Task A_file_without_end_costs_its_time_and_the_next_is_read()
    {
        var readers = Open(Ample with { ProcessorTime = TimeSpan.FromSeconds(2) });
        var file = SampleFiles.EndlessPdf(12);
        Assert.Equal(FileFlaws.TooCostly, (await ReadAsync(readers, file, "endless.pdf")).Flaws);
        Assert.Contains("next", (await ReadAsync(readers, SampleFiles.Docx("next"), "a.docx")).Text);
        Assert.Equal(2, readers.Started);
        Assert.Equal(FileFlaws.TooCostly, (await ReadAsync(readers, file, "again.pdf")).Flaws);
        Assert.Equal(2, readers.Started); // the same bytes are not tried again
    }

    [Fact]
    public async Task A_file_that_takes_all_memory_is_given_up()
    {
        var readers = Open(Ample with { MemoryBytes = 160 << 20 });
        var huge = SampleFiles.Zip(System.IO.Compression.CompressionLevel.Fastest, ("word/document.xml", [.. "<a b='"u8, .. Enumerable.Repeat((byte)'x', 60 << 20)]));
        Assert.Equal(FileFlaws.TooCostly, (await ReadAsync(readers, huge, "huge.docx")).Flaws);
        Assert.Contains("next", (await ReadAsync(readers, SampleFiles.Docx("next"), "a.docx")).Text);
    }

    [Theory]
    [InlineData("while :; do :; done", "busy")]
    [InlineData("sleep 1000", "asleep")]
    [InlineData("x=aaaaaaaaaaaaaaaa; while :; do x=$x$x; done", "hungry")]
    [InlineData("exit 3", "gone")]
    [InlineData("printf '\\177\\377\\377\\377'; sleep 1000", "boasting")]
    [InlineData("printf '\\0\\0\\0\\1\\377'; sleep 1000", "lying")]
    [InlineData("printf '\\0\\0\\0\\9'; exit 0", "interrupted")]
    public async Task Whatever_a_process_does_the_reader_goes_on(string script, string how)
    {
        var limits = new WorkerLimits(TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(3), 64 << 20);
        var readers = Open(limits, "/bin/sh", "-c", script);
        var read = await ReadAsync(readers, SampleFiles.Docx("x"), "a.docx");
        Assert.Equal("", read.Text);
        Assert.True(read.Flaws is FileFlaws.TooCostly or FileFlaws.Unreadable, how);
    }

    [Fact]
    public async Task A_process_that_was_killed_from_outside_is_replaced_and_the_file_read()
    {
        // Ends itself the first time.
        var script = $"mkdir {folder.File("once")} 2>/dev/null && kill -9 $$; exec dotnet {Path.Combine(AppContext.BaseDirectory, "recorder.dll")} {ReadingWorker.Verb}";
        var readers = Open(Ample, "/bin/sh", "-c", script);
        Assert.Contains("first", (await ReadAsync(readers, SampleFiles.Docx("first"), "a.docx")).Text);
        Assert.Equal(2, readers.Started);
        Process.GetProcessById(readers.WorkerId!.Value).Kill();
        Assert.Contains("second", (await ReadAsync(readers, SampleFiles.Docx("second"), "b.docx")).Text);
        Assert.Equal(3, readers.Started);
    }

    [Fact]
    public async Task A_process_is_replaced_after_so_many_files()
    {
        var readers = Open(Ample with { Files = 2 });
        for (var i = 0; i < 5; i++) await ReadAsync(readers, SampleFiles.Docx($"number {i}"), "a.docx");
        Assert.Equal(3, readers.Started);
    }

    [Fact]
    public async Task Without_a_program_it_says_so() =>
        await Assert.ThrowsAsync<WorkerUnavailableException>(() => ReadAsync(Open(Ample, folder.File("none")), SampleFiles.Docx("x"), "a.docx"));

    [Fact]
    public async Task A_caller_who_leaves_ends_the_process()
    {
        var readers = Open(Ample);
        using var leaving = CancellationTokenSource.CreateLinkedTokenSource(Cancel);
        var reading = readers.ReadAsync(SampleFiles.EndlessPdf(12), "endless.pdf", "application/pdf", leaving.Token);
        await WaitUntil.Async(() => readers.WorkerId is not null);
        await leaving.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => reading);
        Assert.Null(readers.WorkerId);
    }

    private FileReaders Open(WorkerLimits limits, params string[] command)
    {
        var readers = new FileReaders(limits, 10_000, TimeProvider.System, command.Length == 0 ? null : command);
        opened.Add(readers);
        return readers;
    }

    private static Task<FileText> ReadAsync(FileReaders readers, byte[] content, string name) =>
        readers.ReadAsync(content, name, "application/octet-stream", Cancel).WaitAsync(TimeSpan.FromSeconds(120), Cancel);
}
