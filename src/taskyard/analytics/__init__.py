"""Analytics: what the API was asked, how often, and how fast it answered.

Owns `api_calls`. Every request of the API is noted by its route's template, never by its address,
so that nothing a client wrote is kept.

    errors, models, schemas   refusals, the table, bodies
    recorder                  takes notes off the requests' path
    repository, service       figures made by the database
    routes                    HTTP
"""
