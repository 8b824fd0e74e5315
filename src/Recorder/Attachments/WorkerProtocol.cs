using System.Buffers.Binary;
using System.Text;
using System.Text.Json;
using Recorder.Mail;

namespace Recorder.Attachments;

/// <summary>One file to read. Its bytes follow in a frame of their own.</summary>
internal sealed record WorkerRequest(string Name, string ContentType, FileLimits Limits);

/// <summary>
/// Frames over pipes: four bytes of length, big-endian, then so many bytes. A request is two frames, JSON and content; an
/// answer is one, a byte of <see cref="FileFlaws"/> and UTF-8 text. Neither side believes the other's lengths.
/// </summary>
internal static class WorkerProtocol
{
    public const int MaxRequestBytes = 64 << 10;
    private const int LengthBytes = 4, MaxUtf8BytesForChar = 3;

    /// <summary>The largest answer to a request.</summary>
    public static int MaxAnswerBytes(FileLimits limits) => 1 + limits.MaxChars * MaxUtf8BytesForChar;

    public static void Send(Stream pipe, WorkerRequest request, ReadOnlySpan<byte> content)
    {
        WriteFrame(pipe, JsonSerializer.SerializeToUtf8Bytes(request));
        WriteFrame(pipe, content);
    }

    public static WorkerRequest ReadRequest(ReadOnlySpan<byte> frame) => JsonSerializer.Deserialize<WorkerRequest>(frame) ?? throw new InvalidDataException("no request");

    public static byte[] AnswerFrame(FileText read)
    {
        var frame = new byte[1 + Encoding.UTF8.GetByteCount(read.Text)];
        frame[0] = (byte)read.Flaws;
        Encoding.UTF8.GetBytes(read.Text, frame.AsSpan(1));
        return frame;
    }

    /// <exception cref="InvalidDataException">The worker says what it cannot say.</exception>
    public static FileText ReadAnswer(byte[] frame)
    {
        const FileFlaws all = FileFlaws.Encrypted | FileFlaws.Unreadable | FileFlaws.Cut | FileFlaws.TooCostly;
        if (frame.Length == 0 || ((FileFlaws)frame[0] & ~all) != 0) throw new InvalidDataException("not an answer");
        return new FileText(Encoding.UTF8.GetString(frame.AsSpan(1)), (FileFlaws)frame[0]);
    }

    public static void WriteFrame(Stream pipe, ReadOnlySpan<byte> frame)
    {
        Span<byte> length = stackalloc byte[LengthBytes];
        BinaryPrimitives.WriteInt32BigEndian(length, frame.Length);
        pipe.Write(length);
        pipe.Write(frame);
        pipe.Flush();
    }

    /// <summary>Null at the end of the pipe.</summary>
    /// <exception cref="InvalidDataException">Longer than allowed.</exception>
    /// <exception cref="EndOfStreamException">The pipe ended within a frame.</exception>
    public static byte[]? ReadFrame(Stream pipe, int maxBytes)
    {
        Span<byte> length = stackalloc byte[LengthBytes];
        var first = pipe.ReadAtLeast(length, LengthBytes, throwOnEndOfStream: false);
        if (first == 0) return null;
        if (first < LengthBytes) throw new EndOfStreamException();
        var bytes = BinaryPrimitives.ReadInt32BigEndian(length);
        if (bytes < 0 || bytes > maxBytes) throw new InvalidDataException($"a frame of {bytes} bytes, more than {maxBytes}");
        var frame = new byte[bytes];
        pipe.ReadExactly(frame);
        return frame;
    }
}
