"""PrestaShop 1.7.7 to 9 over its built-in Webservice; no module in the shop."""
