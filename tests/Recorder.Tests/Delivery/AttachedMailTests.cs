using System.Text;
using MimeKit;
using Recorder.Delivery;
using Recorder.Delivery.Outbox;
using Recorder.Delivery.Trace;
using Recorder.Ledger;
using Recorder.Smtp;
using Recorder.Tests.Fakes;

namespace Recorder.Tests.Delivery;

public sealed class AttachedMailTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public static TheoryData<string> Originals => ["Subject: plain\r\n\r\nHello.\r\n", "Subject: no end\r\n\r\nHello.", "", "Subject: 8bit\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n你好\r\n", "--=_x--\r\n\r\n--=_x\r\n"];

    [Theory]
    [MemberData(nameof(Originals))]
    public async Task The_original_stands_in_it_byte_for_byte(string text)
    {
        await using var desk = await Desk.OpenAsync();
        var bytes = Encoding.UTF8.GetBytes(text);
        var (sent, _) = await SendAsync(desk, bytes, new WireShape(bytes.Length, false, false, false, bytes.Any(one => one > 127), 78));
        var message = await MimeMessage.LoadAsync(new MemoryStream(sent), Cancel);
        Assert.StartsWith("[Original 原始郵件]", message.Subject);
        var boundary = Encoding.ASCII.GetBytes($"\r\n--{message.Body!.ContentType.Boundary}");
        var body = sent[sent.AsSpan().IndexOf("original.eml"u8)..];
        body = body[(body.AsSpan().IndexOf("\r\n\r\n"u8) + 4)..];
        Assert.Equal(bytes, body[..body.AsSpan().LastIndexOf(boundary)]);
        Assert.Equal(2, Assert.IsType<Multipart>(message.Body).Count);
    }

    [Fact]
    public async Task It_has_a_name_of_its_own_and_comes_from_us()
    {
        await using var desk = await Desk.OpenAsync();
        var (sent, prepared) = await SendAsync(desk, Mails.Message("Minutes"), new WireShape(100, false, false, false, false, 78));
        var message = await MimeMessage.LoadAsync(new MemoryStream(sent), Cancel);
        Assert.StartsWith("attached.", message.MessageId);
        Assert.Equal("", prepared.Envelope.ReversePath);
        Assert.Equal("alice@example.edu", Assert.Single(prepared.Envelope.Recipients).Address);
    }

    private static async Task<(byte[] Bytes, RoutedMessage Message)> SendAsync(Desk desk, byte[] original, WireShape shape)
    {
        var mail = Mails.Envelope(desk.Time.GetUtcNow(), Mails.To("alice@example.edu")) with { Shape = shape };
        var id = (await desk.Ledger.RecordAsync(mail, original)).Id;
        var messages = new DispatchMessages(desk.Log, desk.Ledger, new TraceFields("mx.test", new TraceSigner(FlowWorld.TraceKey)), new BounceReport("mx.test"), desk.Time);
        var dispatch = new Dispatch(
            id.ToString(), DispatchKind.Attached, "alice@example.edu", "alice@example.edu", "", 0, "alice@example.edu", desk.Time.GetUtcNow(), DispatchState.Pending, 0, null, null, null);
        await using var prepared = await messages.PrepareAsync(dispatch, Cancel);
        using var copy = new MemoryStream();
        await using (var stream = prepared.Message.Content.OpenRead()) await stream.CopyToAsync(copy, Cancel);
        Assert.Equal(prepared.Message.Content.LengthBytes, copy.Length);
        return (copy.ToArray(), prepared.Message);
    }
}
