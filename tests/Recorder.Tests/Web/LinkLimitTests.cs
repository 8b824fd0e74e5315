using System.Net;
using Microsoft.Extensions.Time.Testing;
using Recorder.Web.Security;

namespace Recorder.Tests.Web;

public sealed class LinkLimitTests
{
    private readonly FakeTimeProvider time = new();

    [Fact]
    public void Addresses_of_one_IPv6_network_are_one_source_and_another_network_is_another()
    {
        var limits = new LinkLimits(time);
        for (var host = 1; host <= LinkLimits.MaxWrongPerSource; host++)
        {
            Assert.True(limits.CountWrong($"2001:db8:1:2::{host:x}"));
        }

        Assert.False(limits.CountWrong("2001:db8:1:2:ffff::1"));
        Assert.True(limits.CountWrong("2001:db8:1:3::1"));
        Assert.True(limits.CountWrong("192.0.2.1"));
        time.Advance(TimeSpan.FromMinutes(15));
        Assert.True(limits.CountWrong("2001:db8:1:2::1"));
    }

    [Fact]
    public void The_links_of_one_account_are_opened_so_often_in_a_minute()
    {
        var limits = new LinkLimits(time);
        for (var open = 0; open < LinkLimits.MaxOpensPerAccount; open++)
        {
            Assert.True(limits.CountOpen("amy@example.edu"));
        }

        Assert.False(limits.CountOpen("amy@example.edu"));
        Assert.True(limits.CountOpen("bob@example.edu"));
        time.Advance(TimeSpan.FromMinutes(1));
        Assert.True(limits.CountOpen("amy@example.edu"));
    }
}
