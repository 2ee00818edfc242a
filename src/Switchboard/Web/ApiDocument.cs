using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.OpenApi;
using NodaTime;

namespace Switchboard.Web;

/// <summary>The API's OpenAPI document, made from the endpoints themselves, at <c>/openapi/v1.json</c>; it holds no data and needs no token.</summary>
internal static class ApiDocument
{
    private const string Scheme = "token";

    public static IServiceCollection AddApiDocument(this IServiceCollection services) => services.AddOpenApi("v1", document =>
    {
        document.AddDocumentTransformer((api, _, _) =>
        {
            api.Info = new OpenApiInfo { Title = "Switchboard", Version = "v1", Description = "A hotel's telephone office: wake-up calls, guests' stays, do not disturb, extensions, rooms and phones, housekeeping's list, the record." };
            // Where it listens is the hotel's; a client knows it already.
            api.Servers = [];
            api.Components ??= new OpenApiComponents();
            api.Components.SecuritySchemes = new Dictionary<string, IOpenApiSecurityScheme>
            {
                [Scheme] = new OpenApiSecurityScheme { Type = SecuritySchemeType.Http, Scheme = "bearer", Description = "switchboard token create NAME --role ROLE" },
            };
            return Task.CompletedTask;
        });
        document.AddOperationTransformer(DescribeAsync);
        document.AddSchemaTransformer((schema, context, _) =>
        {
            var type = Nullable.GetUnderlyingType(context.JsonTypeInfo.Type) ?? context.JsonTypeInfo.Type;
            var format = type == typeof(Instant) ? "date-time" : type == typeof(LocalDate) ? "date" : type == typeof(LocalTime) ? "time" : null;
            if (format is not null) (schema.Type, schema.Format) = (JsonSchemaType.String, format);
            return Task.CompletedTask;
        });
    });

    public static void MapApiDocument(this IEndpointRouteBuilder routes) => routes.MapOpenApi().AllowAnonymous();

    private static async Task DescribeAsync(OpenApiOperation operation, OpenApiOperationTransformerContext context, CancellationToken ct)
    {
        var metadata = context.Description.ActionDescriptor.EndpointMetadata;
        operation.Responses ??= [];
        var problem = await context.GetOrCreateSchemaAsync(typeof(ProblemDetails), null, ct);
        if (!metadata.OfType<IAllowAnonymous>().Any())
        {
            operation.Security = [new() { [new OpenApiSecuritySchemeReference(Scheme, context.Document)] = [] }];
            Add("401", "No token, or one that is not known or revoked");
            Add("403", "The token's role may not do this");
            Add("503", "The database cannot be reached; try again");
        }

        if (operation.RequestBody is not null || operation.Parameters?.Count > 0) Add("400", "A field is missing or wrong; the problem names it and what is allowed");
        if (operation.Parameters?.Any(p => p.In == ParameterLocation.Path) == true) Add("404", "There is none of that number or name");
        if (context.Description.HttpMethod is "POST" or "PUT" or "DELETE") Add("409", "Not possible in its present state");
        if (operation.RequestBody is not null)
        {
            Add("413", "The body is too large");
            Add("415", "The body is of another media type");
        }

        void Add(string status, string description)
        {
            if (operation.Responses.ContainsKey(status)) return;
            operation.Responses[status] = new OpenApiResponse
            {
                Description = description,
                Content = new Dictionary<string, OpenApiMediaType> { ["application/problem+json"] = new() { Schema = problem } },
            };
        }
    }
}
