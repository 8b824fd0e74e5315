using Recorder.Health;
using Recorder.Web.Api;

namespace Recorder.Web.Pages;

/// <summary>What an administrator reads first: how much came, is it findable, is there room, what is set.</summary>
internal static class OverviewPages
{
    private const int DaysShown = 30;

    public static void MapOverviewPages(this IEndpointRouteBuilder routes)
    {
        routes.MapGet("/admin", (HttpContext http, IOverview overview) =>
            PageResult.Of<OverviewPage>(new { Frame = PageFrame.For(http, "overview"), Facts = overview.Look(DaysShown) }));
        routes.MapGet("/admin/settings", (HttpContext http, IOverview overview) =>
            PageResult.Of<SettingsInForcePage>(new { Frame = PageFrame.For(http, "settingsInForce"), overview.Settings }));
        routes.MapGet("/admin/setup", (HttpContext http, ISetupChecks checks, CancellationToken cancel) => ChecksAsync(http, checks, null, cancel));
        routes.MapPost("/admin/setup", async (HttpContext http, ISetupChecks checks, CancellationToken cancel) =>
            await ChecksAsync(http, checks, await checks.SendTestAsync(http.CurrentReader().Account.Address, cancel), cancel));
        routes.MapGet("/style", (HttpContext http) => PageResult.Of<StylePage>(new { Frame = PageFrame.For(http, "style") }));
    }

    private static async Task<IResult> ChecksAsync(HttpContext http, ISetupChecks checks, TestMail? test, CancellationToken cancel) => PageResult.Of<ChecksPage>(new
    {
        Frame = PageFrame.For(http, "checks") with { Here = "/admin/setup" }, Checks = checks, Found = await checks.RunAsync(cancel),
        http.CurrentReader().Account.Address, Test = test,
    });
}
