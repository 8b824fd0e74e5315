using System.Net;
using System.Security.Cryptography;
using CsCheck;
using Recorder.Archive.Disk;
using Recorder.Delivery.Trace;
using Recorder.Smtp;
using Recorder.Tests.Fakes;

namespace Recorder.Tests.Delivery;

public sealed class TraceTests
{
    private const string Id = "0198c0de-0000-7000-8000-000000000001";

    private static readonly DateTimeOffset At = new(2026, 1, 5, 16, 0, 9, TimeSpan.FromHours(8));
    private static readonly TraceSigner Signer = new(FlowWorld.TraceKey);
    private static readonly TraceFields Fields = new("mx.test", Signer);

    private static PeerFacts Peer(string helo = "mta.example.edu", string address = "192.0.2.7", XForwardFacts? xforward = null) =>
        new(new IPEndPoint(IPAddress.Parse(address), 25), helo, "ESMTPS", XForward: xforward);

    [Fact]
    public void Received_names_peer_host_protocol_id_and_time() => Assert.Equal(
        $"Received: from mta.example.edu ([192.0.2.7])\r\n\tby mx.test with ESMTPS\r\n\tid {Id}\r\n\tfor <a@example.edu>;\r\n\tMon, 05 Jan 2026 08:00:09 +0000\r\n",
        Fields.Received(Peer(), Id, "a@example.edu", At));

    [Fact]
    public void Received_names_who_handed_it_over_whatever_XFORWARD_told() => Assert.StartsWith(
        "Received: from mta.example.edu ([IPv6:2001:db8::7])\r\n",
        Fields.Received(Peer(address: "2001:db8::7", xforward: new XForwardFacts("name.test", "IPv6:2001:db8::1", Helo: "client.test")), Id, null, At), StringComparison.Ordinal);

    [Theory]
    [InlineData("evil)\r\nX-Injected: 1", "192.0.2.7", "Received: from unknown ([192.0.2.7])")]
    [InlineData("", "192.0.2.7", "Received: from unknown ([192.0.2.7])")]
    [InlineData("[192.0.2.7]", "::ffff:192.0.2.7", "Received: from [192.0.2.7] ([192.0.2.7])")]
    public void Nothing_a_peer_says_can_leave_its_place(string helo, string address, string firstLine) =>
        Assert.Equal(firstLine, Fields.Received(Peer(helo, address), Id, "\"a>\r\nb\"@x", At).Split("\r\n")[0]);

    [Fact]
    public void A_trace_field_reads_back_as_written() =>
        Gen.Select(Gen.Int[1, 999], Gen.Int[1, 9999], Gen.Bool).Sample((hop, round, signed) =>
        {
            var field = signed ? Signer.Sign(Id, "a@example.edu", $"resend.{round}", hop, SHA256.HashData([1])) : new TraceField(Id, "relay", hop, null);
            Assert.Equal(field, TraceField.Parse(field.ToString()[(TraceField.Name.Length + 1)..]));
            Assert.All(field.ToString().Split("\r\n"), line => Assert.InRange(line.Length, 0, 78));
        });

    [Fact]
    public void The_proof_holds_for_its_record_recipient_act_hop_bytes_and_key_alone()
    {
        var content = SHA256.HashData([1, 2, 3]);
        var field = Signer.Sign(Id, "a@example.edu", "relay", 1, content);

        Assert.True(Signer.IsValid(field, "a@EXAMPLE.edu", content));
        Assert.False(Signer.IsValid(field, "A@example.edu", content));
        Assert.False(Signer.IsValid(field, "b@example.edu", content));
        Assert.False(Signer.IsValid(field, "a@example.edu", SHA256.HashData([1, 2])));
        Assert.False(Signer.IsValid(field with { Hop = 2 }, "a@example.edu", content));
        Assert.False(Signer.IsValid(field with { Act = "resend.1" }, "a@example.edu", content));
        Assert.False(Signer.IsValid(field with { RecordId = Id.Replace('1', '2') }, "a@example.edu", content));
        Assert.False(Signer.IsValid(field with { Mac = null }, "a@example.edu", content));
        Assert.False(new TraceSigner(new byte[32]).IsValid(field, "a@example.edu", content));
    }

    [Fact]
    public void The_key_is_made_once_and_kept()
    {
        var keys = new MemoryDisk();
        var first = TraceKey.LoadOrCreate(keys);

        Assert.Equal(32, first.Length);
        Assert.Equal(first, TraceKey.LoadOrCreate(keys));
        Assert.NotEqual(first, TraceKey.LoadOrCreate(new MemoryDisk()));
    }

    [Fact]
    public void A_damaged_key_stops_the_start_and_says_what_to_do()
    {
        var keys = new MemoryDisk();
        DurableFile.Write(keys, TraceKey.FileName, stream => stream.Write([1, 2, 3]));

        Assert.Contains("restore", Assert.Throws<InvalidDataException>(() => TraceKey.LoadOrCreate(keys)).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData('B')]
    [InlineData('_')]
    [InlineData('-')]
    public void A_proof_that_is_no_encoding_of_32_bytes_is_invalid(char last) =>
        Assert.False(Signer.IsValid(new TraceField(Id, "relay", 1, new string('A', 42) + last), "a@example.edu", SHA256.HashData([1])));
}
