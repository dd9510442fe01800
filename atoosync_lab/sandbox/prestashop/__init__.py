"""A server that behaves like the PrestaShop Webservice (1.7.7, 8 and 9), for tests, demonstrations and training.

Facts about the Webservice come from the public core source and from answers of real shops; `fields/` restates the
field tables.
"""
