using System.Net;
using Microsoft.AspNetCore.Antiforgery;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.DataProtection.KeyManagement;
using Microsoft.AspNetCore.DataProtection.Repositories;
using Microsoft.AspNetCore.DataProtection.XmlEncryption;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.HttpOverrides;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;
using Recorder.Accounts.Sources;
using Recorder.Settings;
using Recorder.Web.Api;
using Recorder.Web.Oidc;
using Recorder.Web.Pages;
using Recorder.Web.Remote;
using Recorder.Web.Security;

namespace Recorder.Web;

/// <summary>Pages and API.</summary>
public static class WebSetup
{
    // The longest that a person or a program sends us is a form with a password.
    private const long MaxRequestBytes = 64 * 1024;

    /// <summary>Needs <c>ISessions</c>, <c>IRecovery</c>, <c>SetupLink</c>, <c>TimeProvider</c> and the options of Data in the same container.</summary>
    /// <param name="providers">With which people sign in; none where null.</param>
    public static IServiceCollection AddRecorderWeb(this IServiceCollection services, WebOptions options, IList<OidcSignInOptions>? providers = null)
    {
        services.AddSingleton(options);
        services.AddRazorComponents();
        services.AddProblemDetails();
        services.AddSingleton<ViewTickets>();
        services.AddSingleton<ListDesk>();
        services.AddSingleton<LinkLimits>();
        services.TryAddSingleton(provider => new RemoteImages(options.RemoteImages, provider.GetRequiredService<TimeProvider>()));
        services.AddRecorderOpenApi();
        services.Configure<RouteHandlerOptions>(routes => routes.ThrowOnBadRequest = true);
        services.AddAuthentication(SessionAuthentication.SchemeName)
            .AddScheme<AuthenticationSchemeOptions, SessionAuthentication>(SessionAuthentication.SchemeName, null).AddProviders(providers ?? []);
        services.AddSingleton<IAuthorizationHandler, RouteTableHandler>();
        services.AddAuthorization(policies => policies.FallbackPolicy = RouteTableRequirement.Policy);
        services.AddAntiforgery(forms =>
        {
            forms.Cookie.Name = "recorder.form";
            forms.Cookie.SameSite = SameSiteMode.Strict;
            forms.Cookie.SecurePolicy = CookieSecurePolicy.SameAsRequest;
            forms.SuppressXFrameOptionsHeader = true;
        });
        services.AddFairShare();
        AddKeys(services);
        services.Configure<ForwardedHeadersOptions>(proxies => Trust(proxies, options));
        return services;
    }

    /// <summary>The order is the guard: headers on everything, errors as words, then who is it, may they, did our page ask.</summary>
    public static WebApplication MapRecorderWeb(this WebApplication app)
    {
        app.UseForwardedHeaders();
        app.Use(SecurityHeaders.Apply);
        app.Use(LimitBody);
        app.UseMiddleware<Errors>();
        app.UseRouting();
        app.UseAuthentication();
        app.UseAuthorization();
        app.UseRateLimiter();
        app.Use(RefuseForeignPages);
        app.Use(BodyLimit.Raise);
        app.UseAntiforgery();
        app.Use(RefuseForeignForms);

        MapPages(app);
        MapApi(app);
        app.MapOpenApi("/openapi/{documentName}.json");
        return app;
    }

    private static void MapPages(WebApplication app)
    {
        var pages = app.MapGroup("").WithMetadata(new RequireAntiforgeryTokenAttribute()).ExcludeFromDescription();
        pages.MapAccountPages();
        pages.MapOidcPages();
        pages.MapMailPages();
        pages.MapQuarantinePages();
        pages.MapBulkPages();
        pages.MapExportPages();
        pages.MapAuditPages();
        pages.MapCopiesPages();
        pages.MapEvidencePages();
        pages.MapCompletenessPages();
        pages.MapCampaignPages();
        pages.MapOutboxPages();
        pages.MapRetentionPages();
        pages.MapOverviewPages();
        pages.MapListPages();
        pages.MapSettingsPages();
        pages.MapAccessPages();
        pages.MapPageAssets();
        app.MapDigestPages();
    }

    private static void MapApi(WebApplication app)
    {
        var api = app.MapGroup(ApiPaths.Root);
        api.MapSessionApi();
        api.MapMessagesApi();
        api.MapQuarantineApi();
        api.MapBulkApi();
        api.MapExportApi();
        api.MapAuditApi();
        api.MapCopiesApi();
        api.MapEvidenceApi();
        api.MapCompletenessApi();
        api.MapCampaignApi();
        api.MapIndexApi();
        api.MapOutboxApi();
        api.MapRetentionApi();
        api.MapListsApi();
        api.MapPreferencesApi();
    }

    // Behind the proxy that ends TLS everybody would be one source, whose failed sign-ins lock everybody out, and cookies
    // would not be kept to TLS. Only what is named is believed: the framework's own list has this machine, where anybody with a
    // shell would be whoever they say, and with an empty list the framework believes everybody. It walks back while the hop is a proxy.
    private static void Trust(ForwardedHeadersOptions proxies, WebOptions options)
    {
        proxies.ForwardedHeaders = options.TrustedProxies.Count == 0 ? ForwardedHeaders.None : ForwardedHeaders.XForwardedFor | ForwardedHeaders.XForwardedProto;
        proxies.ForwardLimit = null;
        proxies.KnownIPNetworks.Clear();
        proxies.KnownProxies.Clear();
        foreach (var text in options.TrustedProxies)
        {
            if (System.Net.IPNetwork.TryParse(text, out var network))
            {
                proxies.KnownIPNetworks.Add(network);
            }
            else
            {
                proxies.KnownProxies.Add(IPAddress.Parse(text));
            }
        }
    }

    // The keys of forms live with the archive's other keys, so that a restart or another home folder changes nothing.
    private static void AddKeys(IServiceCollection services)
    {
        services.AddDataProtection().SetApplicationName("recorder");
        services.AddOptions<KeyManagementOptions>().Configure<IOptions<DataOptions>, ILoggerFactory>((keys, data, logs) =>
        {
            keys.XmlRepository = new FileSystemXmlRepository(Directory.CreateDirectory(data.Value.Keys), logs);
            // In clear like every other key in that folder, which belongs to the service alone: said here, so that no start warns of it.
            keys.XmlEncryptor = new NullXmlEncryptor();
        });
    }

    private static Task LimitBody(HttpContext http, RequestDelegate next)
    {
        if (http.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } size)
        {
            size.MaxRequestBodySize = MaxRequestBytes;
        }

        return next(http);
    }

    private static Task RefuseForeignPages(HttpContext http, RequestDelegate next) =>
        !ApiPaths.IsApi(http) || SameOrigin.IsProven(http)
            ? next(http)
            : ApiProblems.Problem(StatusCodes.Status403Forbidden, "foreign-origin", "A cookie counts only for requests of our own pages; use Authorization: Bearer.").ExecuteAsync(http);

    // A form without fields of its own (sign out) binds nothing that would look at the token's verdict.
    private static Task RefuseForeignForms(HttpContext http, RequestDelegate next)
    {
        if (http.Features.Get<IAntiforgeryValidationFeature>() is not { IsValid: false })
        {
            return next(http);
        }

        http.Response.StatusCode = StatusCodes.Status400BadRequest;
        return Task.CompletedTask;
    }
}
